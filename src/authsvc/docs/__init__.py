"""The API's documentation: OpenAPI document, Swagger UI and ReDoc, guarded like the profile."""
