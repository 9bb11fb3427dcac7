// An OpenID provider on loopback that believes every password: provider.mjs PORT REDIRECT_URI
import Provider from "oidc-provider";

const [port, back] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "poststelle", client_secret: "geheim-genug", redirect_uris: [back] }],
  claims: { openid: ["sub"], profile: ["preferred_username"] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  cookies: { keys: ["nur fuer Tests"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: `u-${id}`, preferred_username: id }) }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
