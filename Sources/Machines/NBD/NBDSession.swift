import Logging
import NIOCore

/// What client and server agreed on, and how requests are carried out under it.
struct NBDSession: Sendable {
    let export: NBDExport
    let limits: NBDLimits
    let hasStructuredReplies: Bool
    let hasAllocation: Bool
    let logger: Logger

    private static let zerosAtOnce = 1 << 20

    /// Carries out a request, and never fails: what goes wrong is an answer.
    func answer(_ request: NBDRequest) async -> [ByteBuffer] {
        let answer = NBDAnswer(cookie: request.cookie, isStructured: hasStructuredReplies)
        do {
            let range = try request.range(in: export, hasAllocation: hasAllocation, limits: limits)
            return try await carryOut(request, range, answer)
        } catch {
            return answer.failure(failure(error, of: request), of: request.command)
        }
    }

    private func carryOut(_ request: NBDRequest, _ range: Range<UInt64>, _ answer: NBDAnswer) async throws -> [ByteBuffer] {
        let disk = export.disk
        switch request.command {
        case .read:
            let pieces = try await disk.read(range)
            // Whatever the disk does, the client gets as many bytes as it asked for, or an error.
            guard pieces.reduce(0, { $0 + $1.count }) == range.count else { throw NBD.Failure.io }
            return answer.read(pieces, at: request.offset, inOnePiece: request.flags.contains(.dontFragment))
        case .write: try await disk.write(request.payload, at: request.offset)
        case .flush: try await disk.flush()
        case .trim: try await disk.trim(range)
        case .writeZeroes: try await zero(range, request.flags)
        case .blockStatus:
            let extents = try await disk.extents(range, limit: request.flags.contains(.oneExtent) ? 1 : limits.extents)
            guard !extents.isEmpty, extents.allSatisfy({ $0.length > 0 }) else { throw NBD.Failure.io }
            return answer.extents(extents, of: UInt64(range.count))
        case .disconnect, nil: throw NBD.Failure.invalid
        }
        if request.flags.contains(.fua), request.command != .flush { try await disk.flush() }
        return answer.done()
    }

    /// Zeros that must take their space are written, which is not quick.
    private func zero(_ range: Range<UInt64>, _ flags: NBD.CommandFlags) async throws {
        guard flags.contains(.noHole) else { return try await export.disk.zero(range) }
        if flags.contains(.fastZero) { throw NBD.Failure.notSupported }
        var place = range.lowerBound
        while place < range.upperBound {
            let count = min(Self.zerosAtOnce, Int(range.upperBound - place))
            try await export.disk.write(ByteBuffer(repeating: 0, count: count), at: place)
            place += UInt64(count)
        }
    }

    private func failure(_ error: any Error, of request: NBDRequest) -> NBD.Failure {
        switch error {
        case let failure as NBD.Failure: return failure
        case GuestDiskError.noSpace: return .noSpace
        case GuestDiskError.outOfRange: return .invalid
        default:
            logger.error(
                "A disk failed its guest",
                metadata: ["disk": "\(export.name)", "offset": "\(request.offset)", "error": "\(error)"]
            )
            return .io
        }
    }
}
