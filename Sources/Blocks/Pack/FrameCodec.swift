/// How the plain bytes were packed before the seal. The numbers are part of the pack format and of the index.
package enum FrameCodec: UInt8, Sendable, CaseIterable {
    case raw = 0
    case zstd = 1
}
