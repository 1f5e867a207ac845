#!/usr/bin/env node
// Exists before anything is built, so that package managers can link it.
import '../dist/bin.js';
