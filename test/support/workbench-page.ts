// What a visitor does first on the workbench: connects and subscribes.

import type { Page } from 'playwright-core'

export async function connectTo(page: Page, brokerUrl: string, password = ''): Promise<void> {
  await page.getByLabel('Address').fill(brokerUrl)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.locator('.bench-link').getByText('Connected').waitFor()
}

export async function subscribeTo(page: Page, filter: string, qos: string): Promise<void> {
  const form = page.locator('form.subscribe')
  await form.getByLabel('Filter').fill(filter)
  await form.getByText(`QoS ${qos}`, { exact: true }).click()
  await form.getByRole('button', { name: 'Subscribe' }).click()
  await page.locator('.filters li', { hasText: filter }).getByTitle('granted').waitFor()
}
