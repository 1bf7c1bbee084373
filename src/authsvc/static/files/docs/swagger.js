/* Starts Swagger UI on /docs. A browser signed in by cookie can try things out at once. */

/* Swagger UI sends the (empty) client name and secret of its dialogue as HTTP Basic. There is no
   client here, only a person, so the header would be a credential that says nothing. */
const EMPTY_CLIENT = `Basic ${btoa(":")}`;

function withoutEmptyClient(request) {
  if (request.headers?.Authorization === EMPTY_CLIENT) delete request.headers.Authorization;
  return request;
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const followColours = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followColours);
followColours();

window.SwaggerUIBundle({
  url: "/openapi.json",
  domNode: document.getElementById("documentation"),
  deepLinking: true,
  persistAuthorization: false,
  requestInterceptor: withoutEmptyClient,
  tryItOutEnabled: true,
  validatorUrl: null,
});
