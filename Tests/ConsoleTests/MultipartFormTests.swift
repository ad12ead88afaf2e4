import Console
import NIOCore
import Testing

struct MultipartFormTests {
    private static let boundary = "----WebKitFormBoundary7MA4YWxkTrZu0gW"

    private func body(_ parts: [String], end: String = "--") -> ByteBuffer {
        ByteBuffer(string: parts.map { "--\(Self.boundary)\r\n\($0)\r\n" }.joined() + "--\(Self.boundary)\(end)\r\n")
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=abc", "abc"), ("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"", "a b"),
        ("multipart/form-data", nil), ("multipart/form-data; boundary=", nil), ("application/x-www-form-urlencoded", nil), (nil, nil),
        ("multipart/form-data; boundary=" + String(repeating: "a", count: 71), nil),
    ])
    func theBoundaryStandsInTheType(type: String?, boundary: String?) {
        #expect(MultipartForm.boundary(in: type) == boundary)
    }

    @Test func fieldsAndFilesAreTakenApart() throws {
        let form = try MultipartForm.read(
            body([
                "Content-Disposition: form-data; name=\"key\"\r\n\r\na \"key\"\r\nof two lines",
                "Content-Disposition: form-data; name=\"empty\"\r\n\r\n",
                "Content-Disposition: form-data; name=\"file\"; filename=\"a%22;b.txt\"\r\nContent-Type: text/plain\r\n\r\n--\(Self.boundary)--\0",
            ]),
            boundary: Self.boundary
        )
        #expect(form.fields.map(\.name) == ["key", "empty"])
        #expect(form.fields.map(\.value) == ["a \"key\"\r\nof two lines", ""])
        #expect(form.files.map(\.name) == ["a\";b.txt"])
        #expect(form.files.map(\.type) == ["text/plain"])
        // The boundary ends a part at the beginning of a line alone.
        #expect(form.files.map { String(buffer: $0.bytes) } == ["--\(Self.boundary)--\0"])
    }

    @Test func bytesOfAFileAreAsTheyCame() throws {
        var content = ByteBuffer(string: "--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n")
        let bytes = (0...255).map { UInt8($0) } + Array("\r\n\r\n--".utf8)
        content.writeBytes(bytes)
        content.writeString("\r\n--\(Self.boundary)--")
        let form = try MultipartForm.read(content, boundary: Self.boundary)
        #expect(form.files.map { Array($0.bytes.readableBytesView) } == [bytes])
        #expect(form.files[0].type == "application/octet-stream")
    }

    @Test(arguments: [
        "", "--", "Content-Disposition: form-data; name=\"a\"", "Content-Type: text/plain\r\n\r\nno name",
        "Content-Disposition: form-data; filename=\"a\"\r\n\r\nno name", "\r\n\r\n",
    ])
    func whatIsNoPartIsRefused(part: String) {
        #expect(throws: (any Error).self) { try MultipartForm.read(body([part]), boundary: Self.boundary) }
    }

    @Test func whatIsCutOffIsRefused() throws {
        let whole = body(["Content-Disposition: form-data; name=\"a\"\r\n\r\nvalue"])
        for length in 0..<whole.readableBytes - 4 {
            let part = try #require(whole.getSlice(at: 0, length: length))
            #expect(throws: (any Error).self) { try MultipartForm.read(part, boundary: Self.boundary) }
        }
    }

    @Test func thereAreOnlySoManyParts() {
        let part = "Content-Disposition: form-data; name=\"a\"\r\n\r\n"
        #expect(throws: Never.self) { try MultipartForm.read(body(Array(repeating: part, count: 256)), boundary: Self.boundary) }
        #expect(throws: (any Error).self) { try MultipartForm.read(body(Array(repeating: part, count: 257)), boundary: Self.boundary) }
    }
}
