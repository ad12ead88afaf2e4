import Glibc

/// Whole reads and writes over calls that may be short or interrupted.
extension PackFileHandle {
    /// Fills the buffer; what is behind the end of the file is zeros.
    func readWhole(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(IOFailure) {
        var done = 0
        while done < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let place = offset + UInt64(done)
            let count = try IOFailure.retryingInterrupted { () throws(IOFailure) in try read(into: rest, at: place) }
            if count == 0 { break }
            done += count
        }
        // SAFETY: the rest of the buffer.
        if done < buffer.count { UnsafeMutableRawBufferPointer(rebasing: buffer[done...]).initializeMemory(as: UInt8.self, repeating: 0) }
    }

    func writeWhole(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(IOFailure) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let place = offset + UInt64(done)
            let count = try IOFailure.retryingInterrupted { () throws(IOFailure) in try write(rest, at: place) }
            // A call that writes nothing and reports nothing would be repeated for ever.
            guard count > 0 else { throw IOFailure(call: "pwrite", path: "", errno: EIO) }
            done += count
        }
    }

    func writeWhole(_ bytes: [UInt8], at offset: UInt64) throws(IOFailure) {
        let result = bytes.withUnsafeBytes { bytes in Result { () throws(IOFailure) in try writeWhole(bytes, at: offset) } }
        try result.get()
    }

    func readWhole(_ count: Int, at offset: UInt64) throws(IOFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let result = bytes.withUnsafeMutableBytes { bytes in Result { () throws(IOFailure) in try readWhole(into: bytes, at: offset) } }
        try result.get()
        return bytes
    }

    func syncWhole() throws(IOFailure) {
        try IOFailure.retryingInterrupted { () throws(IOFailure) in try sync() }
    }
}
