// The one source of the targets that precompiled headers belong to.
