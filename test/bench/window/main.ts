import { createApp, h } from 'vue'

createApp({ render: () => h('button', { id: 'ready' }, 'Ready') }).mount('#app')
