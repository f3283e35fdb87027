"""The programs' doors: HTTP API, OpenAI's protocol, MCP."""
