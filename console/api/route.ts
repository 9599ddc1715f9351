// What a route of the API is: where it stands, and what answers it. It knows no HTTP.

import type { WhoamiView } from '../views.ts'

export interface ApiRequest {
  /** The last part of the path, decoded, where the route has one. */
  readonly id: string
  readonly query: URLSearchParams
  readonly body: unknown
  readonly visitor: WhoamiView
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/v1/`. A `*` stands for an id. */
  readonly path: string
  readonly answer: (request: ApiRequest) => unknown
}
