// Sign-in with an account, where the service names an issuer: OpenID Connect's
// code flow with PKCE (RFC 7636), as a browser without a secret has to do it.
import * as oauth from 'oauth4webapi'

const config = JSON.parse(document.querySelector('meta[name=oidc]').content || 'null')

export const offered = config !== null

const client = {client_id: config?.clientId}
// An issuer without TLS is one of a test or of a try on one's own machine.
const options = {[oauth.allowInsecureRequests]: config?.issuer.startsWith('http:')}

const pending = 'classifyd-sign-in'

// home is the page's own address, to which the issuer sends people back.
const home = () => new URL('.', location.href).href

async function issuer() {
  const address = new URL(config.issuer)
  return oauth.processDiscoveryResponse(address, await oauth.discoveryRequest(address, options))
}

// leave goes to the issuer, to come back by arrive.
export async function leave() {
  const server = await issuer()
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  sessionStorage.setItem(pending, JSON.stringify({verifier, state, view: location.hash}))
  const address = new URL(server.authorization_endpoint)
  const query = {
    ...client, state, scope: config.scope, response_type: 'code', redirect_uri: home(),
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value)
  location.assign(address)
}

// arrive returns the access token for which someone left, or undefined where
// nobody did, and shows again what was shown then.
export async function arrive() {
  const address = new URL(location.href)
  const kept = sessionStorage.getItem(pending)
  if (!kept || !address.searchParams.has('state')) return undefined
  sessionStorage.removeItem(pending)
  const {verifier, state, view} = JSON.parse(kept)
  history.replaceState(null, '', home() + view)
  const server = await issuer()
  const answer = oauth.validateAuthResponse(server, client, address, state)
  const response = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), answer, home(), verifier, options)
  return (await oauth.processAuthorizationCodeResponse(server, client, response)).access_token
}
