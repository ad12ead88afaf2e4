import Crypto
import Foundation
import Glibc

/// Owns key material or another secret, and wipes it when the last reference goes.
///
/// It is a class so that passing it on makes no second copy. It has no text, is not `Codable`, and a dump of it shows nothing; what
/// takes the bytes out does so in `withUnsafeBytes`, where it can be seen.
package final class SecretBytes: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Written by the initialisers alone, before anybody else can see it.
    nonisolated(unsafe) private let memory: UnsafeMutableRawBufferPointer

    /// - Parameter fill: writes every byte.
    package init(count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        do {
            try fill(memory)
        } catch {
            Self.wipe(memory)
            memory.deallocate()
            throw error
        }
        self.memory = memory
    }

    /// Copies bytes that stay where they are, such as those of a library's key.
    package convenience init(copying bytes: some ContiguousBytes) {
        self.init(taking: bytes.withUnsafeBytes { Self.copy(of: $0) })
    }

    /// Moves bytes here: what they were in is filled with zeros.
    package convenience init(wiping bytes: inout [UInt8]) {
        self.init(taking: bytes.withUnsafeBytes { Self.copy(of: $0) })
        bytes.withUnsafeMutableBytes { Self.wipe($0) }
    }

    /// Moves bytes here: what they were in is filled with zeros.
    package convenience init(wiping data: inout Data) {
        self.init(taking: data.withUnsafeBytes { Self.copy(of: $0) })
        data.withUnsafeMutableBytes { Self.wipe($0) }
    }

    private init(taking memory: UnsafeMutableRawBufferPointer) { self.memory = memory }

    deinit {
        Self.wipe(memory)
        memory.deallocate()
    }

    /// Fresh random bytes of the system's generator for keys.
    package static func random(count: Int) -> SecretBytes {
        SecretBytes(copying: SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)))
    }

    package var count: Int { memory.count }

    /// The bytes, for as long as `body` runs. Whoever copies them wipes the copy.
    package func withUnsafeBytes<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value {
        try body(UnsafeRawBufferPointer(memory))
    }

    /// As the crypto library takes it, which wipes its copy too.
    package var symmetricKey: SymmetricKey { withUnsafeBytes { SymmetricKey(data: $0) } }

    /// In a time that does not depend on where the bytes differ.
    package func isEqual(to other: SecretBytes) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt8 = 0
        for (left, right) in zip(memory, other.memory) { difference |= left ^ right }
        return difference == 0
    }

    package var description: String { "\(count) secret bytes" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Fills memory with zeros in a way that no optimiser takes out.
    package static func wipe(_ memory: UnsafeMutableRawBufferPointer) {
        guard let start = memory.baseAddress else { return }
        explicit_bzero(start, memory.count)
    }

    private static func copy(of bytes: UnsafeRawBufferPointer) -> UnsafeMutableRawBufferPointer {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        memory.copyMemory(from: bytes)
        return memory
    }
}
