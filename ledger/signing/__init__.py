"""Officers' signatures: keys, signers, key files, DSSE envelopes. The only door to cryptography."""
