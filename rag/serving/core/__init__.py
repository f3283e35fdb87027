"""The one asynchronous path to an answer, without any protocol."""
