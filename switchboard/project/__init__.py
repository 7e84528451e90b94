"""Django settings, routes and start-up."""
