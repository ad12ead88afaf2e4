import CZstd
import NIOCore
import Synchronization

/// One-shot zstd with contexts that are used again: a new one for each block would allocate a megabyte.
enum Zstd {
    private static let compressors = ContextPool(make: ZSTD_createCCtx)
    private static let decompressors = ContextPool(make: ZSTD_createDCtx)

    /// Nil when the result would not be smaller.
    static func compress(_ plain: ByteBuffer, level: Int) -> ByteBuffer? {
        guard plain.readableBytes > 0, let context = compressors.take() else { return nil }
        defer { compressors.give(context) }
        var result = ByteBuffer()
        let written = result.writeWithUnsafeMutableBytes(minimumWritableBytes: plain.readableBytes) { target in
            plain.withUnsafeReadableBytes { source in
                // SAFETY: zstd writes at most the given capacity, and running out of it is the "not smaller" case.
                let size = ZSTD_compressCCtx(
                    context.pointer,
                    target.baseAddress,
                    source.count - 1,
                    source.baseAddress,
                    source.count,
                    CInt(level)
                )
                return ZSTD_isError(size) == 0 ? size : 0
            }
        }
        return written > 0 ? result : nil
    }

    /// Nil unless the bytes decompress to exactly `length`.
    static func decompress(_ compressed: ByteBuffer, length: Int) -> ByteBuffer? {
        guard let context = decompressors.take() else { return nil }
        defer { decompressors.give(context) }
        var result = ByteBuffer()
        let written = result.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { target in
            compressed.withUnsafeReadableBytes { source in
                // SAFETY: zstd writes at most `length` bytes, which the buffer has.
                let size = ZSTD_decompressDCtx(context.pointer, target.baseAddress, length, source.baseAddress, source.count)
                return ZSTD_isError(size) == 0 ? size : 0
            }
        }
        return written == length ? result : nil
    }

    /// Whether the bytes are one frame, of today's format and nothing else, that says it holds `length` bytes. Nothing is decompressed.
    static func isFrame(_ compressed: ByteBuffer, of length: Int) -> Bool {
        guard compressed.getInteger(at: compressed.readerIndex, endianness: .little, as: UInt32.self) == ZSTD_MAGICNUMBER else {
            return false
        }
        return compressed.withUnsafeReadableBytes { source in
            // SAFETY: both look only at the given bytes.
            ZSTD_getFrameContentSize(source.baseAddress, source.count) == CUnsignedLongLong(length)
                && ZSTD_findFrameCompressedSize(source.baseAddress, source.count) == source.count
        }
    }

    /// Contexts that nobody uses at the moment. There are never more than threads that compressed at once.
    private final class ContextPool: Sendable {
        private let idle = Mutex<[Context]>([])
        private let make: @Sendable () -> OpaquePointer?

        init(make: @escaping @Sendable () -> OpaquePointer?) { self.make = make }

        func take() -> Context? {
            if let context = idle.withLock({ $0.popLast() }) { return context }
            return make().map(Context.init(pointer:))
        }

        func give(_ context: Context) { idle.withLock { $0.append(context) } }
    }

    private struct Context: Sendable {
        // SAFETY: a context is in the hands of one thread at a time, between `take` and `give`, and is never freed.
        nonisolated(unsafe) let pointer: OpaquePointer
    }
}
