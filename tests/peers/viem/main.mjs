// Does steps for another program: a line of JSON in, `{ step, now, args }`, a line of JSON out.
// The first line says where the chains are. A local chain lives on a time of its own, and viem asks the
// machine what time it is; so here the machine's time is what the line says, in seconds.
import { createInterface } from 'node:readline'
import { clients } from './chains.mjs'
import * as ether from './steps.mjs'
import * as tokens from './tokens.mjs'

const written = (_, value) => (typeof value === 'bigint' ? value.toString() : value)
const steps = { ...ether, ...tokens }
let known

for await (const line of createInterface({ input: process.stdin })) {
  const { step, now, args } = JSON.parse(line)
  Date.now = () => now * 1000
  let answer
  try {
    if (step === 'connect') known = clients(args)
    answer = { result: step === 'connect' ? null : await steps[step](known, args) }
  } catch (error) {
    answer = { error: { name: error.name, message: error.message } }
  }
  console.log(JSON.stringify(answer, written))
}
