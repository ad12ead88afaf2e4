import Foundation
import TestSupport
import Testing
import Wire

@Suite struct JSONBase64Tests {
    @Test func bytesAreWrittenAsFoundationWritesThem() {
        var generator = SeededGenerator(seed: 64)
        for length in Array(0...70) + [1000, 4096] {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let json = JSONWriter.object { json in
                json.member("before", 1)
                bytes.withUnsafeBytes { json.member("blob", base64: $0) }
                json.member("after", 2)
            }
            #expect(String(decoding: json, as: UTF8.self) == "{\"before\":1,\"blob\":\"\(Data(bytes).base64EncodedString())\",\"after\":2}")
        }
    }
}
