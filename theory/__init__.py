"""The mathematics: one package a topic, and the engine that decides claims about it."""
