"""The page: the importer in a browser, for people who do not like shells. It stands on the public face alone."""
