import API
import NIOCore

/// A form with files, as browsers send it: `multipart/form-data`, RFC 7578. It is small enough to be held whole.
package enum MultipartForm {
    package struct File: Sendable {
        package let field: String
        package let name: String
        package let type: String
        package let bytes: ByteBuffer
    }

    /// A form has no more fields.
    private static let partsMax = 256

    /// Nil for a form of another kind.
    package static func boundary(in contentType: String?) -> String? {
        guard let contentType, contentType.lowercased().hasPrefix("multipart/form-data") else { return nil }
        let parameter = contentType.split(separator: ";").dropFirst().map { $0.drop { $0 == " " } }.first {
            $0.lowercased().hasPrefix("boundary=")
        }
        let boundary = parameter?.dropFirst("boundary=".count).trimming { $0 == "\"" || $0 == " " } ?? ""
        return (1...70).contains(boundary.utf8.count) ? String(boundary) : nil
    }

    /// - Throws: `PageFault` for what is no such form.
    package static func read(_ body: ByteBuffer, boundary: String) throws -> (fields: [(name: String, value: String)], files: [File]) {
        let bytes = body.readableBytesView
        let delimiter = Array("--\(boundary)".utf8)
        var fields: [(name: String, value: String)] = []
        var files: [File] = []
        guard bytes.starts(with: delimiter) else { throw malformed }
        var place = bytes.startIndex + delimiter.count
        while true {
            if bytes[place...].starts(with: Array("--".utf8)) { return (fields, files) }
            guard bytes[place...].starts(with: Array("\r\n".utf8)), fields.count + files.count < partsMax else { throw malformed }
            guard let headEnd = find(Array("\r\n\r\n".utf8), in: bytes, from: place), headEnd - place < 8192 else { throw malformed }
            let start = headEnd + 4
            guard let end = find(Array("\r\n".utf8) + delimiter, in: bytes, from: start) else { throw malformed }
            let head = Head(bytes[place..<headEnd])
            guard let name = head.name else { throw malformed }
            if let file = head.file {
                guard let content = body.getSlice(at: start, length: end - start) else { throw malformed }
                files.append(File(field: name, name: file, type: head.type, bytes: content))
            } else {
                fields.append((name, String(decoding: bytes[start..<end], as: UTF8.self)))
            }
            place = end + 2 + delimiter.count
        }
    }

    private static let malformed = PageFault(status: 400, code: "MalformedForm", message: "The form cannot be read. Nothing was changed.")

    private static func find(_ wanted: [UInt8], in bytes: ByteBufferView, from start: Int) -> Int? {
        var place = start
        while place + wanted.count <= bytes.endIndex {
            guard let first = bytes[place...].firstIndex(of: wanted[0]), first + wanted.count <= bytes.endIndex else { return nil }
            if bytes[first..<first + wanted.count].elementsEqual(wanted) { return first }
            place = first + 1
        }
        return nil
    }

    /// The lines before a part's content.
    private struct Head {
        var name: String?
        var file: String?
        var type = "application/octet-stream"

        init(_ bytes: ByteBufferView) {
            for line in String(decoding: bytes, as: UTF8.self).split(separator: "\r\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2 else { continue }
                let value = parts[1].drop { $0 == " " }
                switch parts[0].lowercased() {
                case "content-type": type = String(value)
                case "content-disposition":
                    name = Self.parameter("name", of: value)
                    file = Self.parameter("filename", of: value)
                default: continue
                }
            }
        }

        /// Browsers write a quotation mark and ends of lines as `%22`, `%0D` and `%0A`, and all else as it is.
        private static func parameter(_ name: String, of value: Substring) -> String? {
            guard let start = value.firstRange(of: "; \(name)=\"")?.upperBound, let end = value[start...].firstIndex(of: "\"") else {
                return nil
            }
            return String(value[start..<end]).replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
        }
    }
}

extension Substring {
    fileprivate func trimming(_ isLeftOut: (Character) -> Bool) -> Substring {
        var trimmed = drop(while: isLeftOut)
        while let last = trimmed.last, isLeftOut(last) { trimmed.removeLast() }
        return trimmed
    }
}
