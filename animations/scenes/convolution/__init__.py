"""Windows that go over images."""
