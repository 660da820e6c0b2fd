import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { applyTheme } from './composables/useTheme'
import { useToasts } from './stores/toasts'
import './tokens.css'
import './base.css'

applyTheme()

const app = createApp(App)
app.use(createPinia())

const toasts = useToasts()
app.config.errorHandler = (thrown) => {
  console.error(thrown)
  toasts.fail(thrown)
}
window.addEventListener('unhandledrejection', event => toasts.fail(event.reason))

app.mount('#app')
