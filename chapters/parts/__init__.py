"""Parts that several chapters share: pictures, the lake, how good a model is."""
