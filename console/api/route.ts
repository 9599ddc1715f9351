// What a route of the API is: where it stands, and what answers it. It knows no HTTP.

export interface ApiRequest {
  /** The last part of the path, decoded, where the route has one. */
  readonly id: string
  readonly query: URLSearchParams
  readonly body: unknown
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below `/api/v1/`. A `*` stands for an id. */
  readonly path: string
  readonly answer: (request: ApiRequest) => unknown
}
