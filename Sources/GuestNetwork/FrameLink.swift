import CSlirp
import Glibc

/// QEMU's end of the guest's card: a stream of frames, each behind its length in four bytes.
final class FrameLink {
    /// What is kept for a guest that does not read; then frames are dropped, as on a wire. TCP sends them again.
    private static let mostWaiting = 256 << 10
    private static let readBytes = 64 << 10

    let descriptor: Int32
    private var incoming: [UInt8] = []
    private var outgoing: [UInt8] = []

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        incoming.reserveCapacity(2 * Self.readBytes)
    }

    var isWaitingToWrite: Bool { !outgoing.isEmpty }

    func send(_ frame: UnsafeRawBufferPointer) {
        guard outgoing.count + frame.count < Self.mostWaiting else { return }
        withUnsafeBytes(of: UInt32(frame.count).bigEndian) { outgoing.append(contentsOf: $0) }
        outgoing.append(contentsOf: frame)
    }

    /// False when the other side is gone.
    func flush() -> Bool {
        while !outgoing.isEmpty {
            let count = outgoing.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)) }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            outgoing.removeFirst(count)
        }
        return true
    }

    /// Reads what is there, and gives each whole frame. False when the other side is gone, or sends no frames.
    func receive(_ take: (UnsafeRawBufferPointer) -> Void) -> Bool {
        let start = incoming.count
        var ended = false
        incoming.append(contentsOf: repeatElement(0, count: Self.readBytes))
        let count = incoming.withUnsafeMutableBytes {
            recv(descriptor, $0.baseAddress?.advanced(by: start), Self.readBytes, Int32(MSG_DONTWAIT))
        }
        if count <= 0 { ended = count == 0 || (errno != EAGAIN && errno != EINTR) }
        incoming.removeLast(Self.readBytes - max(0, count))
        if ended { return false }
        var place = 0
        let isSane = incoming.withUnsafeBytes { bytes in
            while bytes.count - place >= 4 {
                let length = Int(bytes.number32(at: place))
                // No card sends more at once.
                guard length <= 65_550 + 14 else { return false }
                guard bytes.count - place - 4 >= length else { break }
                take(UnsafeRawBufferPointer(rebasing: bytes[(place + 4)..<(place + 4 + length)]))
                place += 4 + length
            }
            return true
        }
        incoming.removeFirst(place)
        return isSane
    }
}
