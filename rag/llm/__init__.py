"""LLM back ends: one module per provider, all behind one small Protocol. LangChain's types stop in this folder."""
