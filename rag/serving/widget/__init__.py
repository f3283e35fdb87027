"""The chat as one tag in somebody else's page: the element, the frame for pages that allow only frames, and their routes."""
