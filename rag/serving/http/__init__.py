"""The application, its layers, and the shapes of requests, responses and errors."""
