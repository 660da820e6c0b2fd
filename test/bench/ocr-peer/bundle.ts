/** What a turn of the comparison needs of the sources. */
export { ocr } from '../../../src-main/recipes/ocr'
export { characterErrors } from '../../helpers/characterErrors'
