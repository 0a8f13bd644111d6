// Swagger UI over our own description of the API; a file of its own, so that the page needs no inline script.
const place = document.getElementById("docs");
SwaggerUIBundle({
  url: place.dataset.schema,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  withCredentials: true,
});
