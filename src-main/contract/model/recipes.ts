/** How inputs become tensors, and tensors become results. */
export const recipeIds = ['ocr', 'vad', 'tensor', 'verify'] as const

export type RecipeId = typeof recipeIds[number]
