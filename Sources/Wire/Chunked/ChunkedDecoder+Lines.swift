import Crypto

/// What stands between the content of chunks.
extension ChunkedDecoder {
    mutating func take(_ byte: UInt8) throws(ChunkedError) {
        if case .end(let extra) = step {
            guard byte == 0x0D || byte == 0x0A, extra < 4 else { throw .malformed("bytes behind the end") }
            step = .end(extraBytes: extra + 1)
            return
        }
        guard byte == 0x0A else {
            let limit = if case .trailers = step { limits.trailerBytes } else { limits.headerBytes }
            guard line.count < limit else { throw .malformed("a line of more than \(limit) bytes") }
            line.append(byte)
            return
        }
        while line.last == 0x0D { line.removeLast() }
        let text = String(validating: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        guard let text else { throw .malformed("a line that is not UTF-8") }
        switch step {
        case .header: try header(text)
        case .contentEnd:
            guard text.isEmpty else { throw .malformed("a chunk is longer than its size says") }
            try endChunk()
            step = .header
        case .trailers: try trailer(text)
        case .content, .end: break
        }
    }

    /// `<hex size>;chunk-signature=<hex>`; without signatures an extension is passed over.
    private mutating func header(_ text: String) throws(ChunkedError) {
        let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        let digits = parts[0]
        guard (1...16).contains(digits.utf8.count), digits.utf8.first != UInt8(ascii: "+"), let size = Int64(digits, radix: 16), size >= 0
        else { throw .malformed("the size of a chunk is not a hexadecimal number") }
        if mode.isSigned {
            let name = "chunk-signature="
            guard parts.count == 2, parts[1].hasPrefix(name) else { throw .malformed("a chunk without chunk-signature") }
            chunkSignature = String(parts[1].dropFirst(name.utf8.count))
        }
        guard size <= decodedLength - received else {
            throw .incomplete(expected: decodedLength, received: received.addingReportingOverflow(size).partialValue)
        }
        chunkHash = SHA256()
        guard size == 0 else {
            step = .content(left: size)
            return
        }
        guard received == decodedLength else { throw .incomplete(expected: decodedLength, received: received) }
        try endChunk()
        step = .trailers
    }

    private mutating func endChunk() throws(ChunkedError) {
        guard let claimed = chunkSignature else { return }
        try check(claimed, signatures?.next(chunkHash: chunkHash.finalize()))
        chunkSignature = nil
    }

    /// An empty line ends the trailers, and those that are signed only once the signature has come: some clients put an empty line
    /// in front of it.
    private mutating func trailer(_ text: String) throws(ChunkedError) {
        if text.isEmpty {
            if mode == .signedTrailer, !isTrailerSigned { return }
            step = .end(extraBytes: 0)
            return
        }
        trailerBytes += text.utf8.count
        guard trailerBytes <= limits.trailerBytes else { throw .trailer("they are longer than \(limits.trailerBytes) bytes") }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard mode.hasTrailers, parts.count == 2, !isTrailerSigned else { throw .trailer("a line that is none") }
        let trailer = ChunkedTrailer(name: String(parts[0]), value: Self.trimmed(parts[1]))
        if trailer.name == Self.signatureName, mode == .signedTrailer {
            try check(trailer.value, signatures?.next(trailers: trailers))
            isTrailerSigned = true
            return
        }
        guard announced.contains(trailer.name), !trailers.contains(where: { $0.name == trailer.name }) else {
            throw .trailer("one that x-amz-trailer does not announce, or one twice")
        }
        trailers.append(trailer)
    }

    static let signatureName = "x-amz-trailer-signature"

    private func check(_ claimed: String, _ expected: String?) throws(ChunkedError) {
        guard let expected, SignatureClaim.isEqual(claimed, expected) else { throw .signatureMismatch }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.utf8[...]
        while text.first == 0x20 || text.first == 0x09 { text = text.dropFirst() }
        while text.last == 0x20 || text.last == 0x09 { text = text.dropLast() }
        return String(Substring(text))
    }
}
