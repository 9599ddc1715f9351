// The fleet of `motewire demo`: rooms, power meters and doors. Shipped as text, so that the demo
// needs no file and goes the same way as any scenario.

export const DEMO_SCENARIO: string = `
version: 1
name: demo
seed: 1
devices: 1000
ramp: { over: 5s }
groups:
  - name: room
    weight: 6
    publish:
      - topic: 'sensors/room-{index:04}/climate'
        every: 5s
        qos: 0
        payload:
          fields:
            temperature: { sensor: walk, min: 17, max: 26, step: 0.2, decimals: 1 }
            humidity: { sensor: walk, min: 30, max: 60, step: 1, decimals: 0 }
  - name: meter
    weight: 3
    publish:
      - topic: 'sensors/meter-{index:04}/power'
        every: 10s
        qos: 1
        payload:
          fields:
            watts: { sensor: sine, mean: 400, amplitude: 300, period: 10m, noise: 20, decimals: 0 }
            kwh: { sensor: counter, step: 0.01, decimals: 2 }
  - name: door
    weight: 1
    publish:
      - topic: 'sensors/door-{index:04}/open'
        every: 20s
        qos: 2
        retain: true
        payload:
          fields:
            open: { sensor: step, values: [false, true], hold: 40s }
`
