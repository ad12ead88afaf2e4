import CMalloc

/// How the C library's allocator keeps memory. Blocks come and go by the thousand: with its defaults, each one is mapped, faulted in
/// page by page and unmapped again, which takes a tenth of the time of a pull (docs/decisions/0008-page-cache.md).
enum MemoryPolicy {
    /// Called before the first thread is started.
    static func apply() {
        // Up to this size, memory comes from an arena and goes back to it: a block and its compressed form do.
        mallopt(M_MMAP_THRESHOLD, 4 << 20)
        // What an arena keeps of what was freed.
        mallopt(M_TRIM_THRESHOLD, 8 << 20)
        mallopt(M_TOP_PAD, 1 << 20)
        // Bounds what all arenas keep together.
        mallopt(M_ARENA_MAX, 4)
    }

    /// Gives what is free back to the system, after a burst of requests.
    @Sendable static func giveBack() { malloc_trim(0) }
}
