import Foundation
import Testing

/// The worked examples in docs/formats: the bytes of a fenced block whose info string is `hex NAME`.
///
/// A line is an offset, two spaces, bytes in hexadecimal, two spaces, a remark.
enum DocumentedFormat {
    static func bytes(_ name: String, in document: String) throws -> [UInt8] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/formats/\(document)"), encoding: .utf8)
        var bytes: [UInt8] = []
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                if isInside { return bytes }
                isInside = line == "```hex \(name)"
            } else if isInside {
                let columns = line.components(separatedBy: "  ").filter { !$0.isEmpty }
                try #require(columns.count >= 2, "\(line)")
                #expect(Int(columns[0], radix: 16) == bytes.count, "the offset in: \(line)")
                let digits = columns[1].filter { $0 != " " }
                for place in stride(from: 0, to: digits.count, by: 2) {
                    bytes.append(try #require(UInt8(digits.dropFirst(place).prefix(2), radix: 16)))
                }
            }
        }
        Issue.record("no example \(name) in \(document)")
        return []
    }

    /// As the documents show it, for the message of a failed test.
    static func dump(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 16).map { start in
            let row = bytes[start..<min(start + 16, bytes.count)].map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
            let offset = String(start, radix: 16)
            return String(repeating: "0", count: 4 - offset.count) + offset + "  " + row.joined()
        }.joined(separator: "\n")
    }
}
