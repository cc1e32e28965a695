import { render } from 'preact'
import type { PackedPage } from '../model/page.ts'
import { App } from './app.tsx'
import { unpackPage } from './data.ts'

const page = JSON.parse(document.getElementById('data')!.textContent) as PackedPage
const root = document.getElementById('page')!
unpackPage(page).then(
  (data) => {
    root.textContent = ''
    render(<App first={data} isLive={page.live !== undefined} />, root)
  },
  (error: unknown) => {
    root.textContent = `This browser cannot show the page: ${String(error)}. It needs Chrome 123, Firefox 120 or Safari 17.5, or later.`
  },
)
