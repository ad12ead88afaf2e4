import Foundation

/// The names of the members in a policy's JSON, which the decoder takes twice.
enum PolicyMembers {
    /// A member that an object of the text has twice, whatever escapes it is written with; nil where there is none.
    ///
    /// - Parameter document: JSON that is well formed.
    static func repeated(in document: [UInt8]) -> String? {
        // Of each object that is open its names; nil for a list.
        var open: [Set<String>?] = []
        var last = ""
        var place = 0
        while place < document.count {
            switch document[place] {
            case UInt8(ascii: "\""):
                let end = end(ofTextAt: place, in: document)
                last = text(document[place..<end])
                place = end
                continue
            case UInt8(ascii: ":"):
                guard !open.isEmpty, open[open.count - 1]?.insert(last).inserted != false else { return last }
            case UInt8(ascii: "{"): open.append([])
            case UInt8(ascii: "["): open.append(nil)
            case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = open.popLast()
            default: break
            }
            place += 1
        }
        return nil
    }

    static func end(ofTextAt start: Int, in document: [UInt8]) -> Int {
        var place = start + 1
        while place < document.count, document[place] != UInt8(ascii: "\"") { place += document[place] == UInt8(ascii: "\\") ? 2 : 1 }
        return min(place + 1, document.count)
    }

    /// A text with its quotation marks.
    static func text(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.contains(UInt8(ascii: "\\")), let text = try? JSONDecoder().decode(String.self, from: Data(bytes)) else {
            return String(decoding: bytes.dropFirst().dropLast(), as: UTF8.self)
        }
        return text
    }
}
