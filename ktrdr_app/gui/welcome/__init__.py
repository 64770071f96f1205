"""The page that greets: sample, folders, recent workspaces, and the steps that come next."""
