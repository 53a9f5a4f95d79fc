package dev.cove.vfs;

/** The process a call is made for; new files belong to it. */
public record Caller(int uid, int gid, int pid) {}
