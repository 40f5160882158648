"""The only door to AWS: identities and clients, calls and how they are insisted on."""
