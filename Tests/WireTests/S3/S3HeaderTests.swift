import Foundation
import Testing
import Wire

@Suite struct S3HeaderTests {
    private static let now = Date(timeIntervalSince1970: 1_795_376_072)

    @Test(
        arguments: [
            ("bytes=0-0", 0..<1), ("bytes=0-", 0..<10), ("bytes=9-100", 9..<10), ("bytes=-3", 7..<10), ("Bytes=-100", 0..<10),
            ("bytes=10-", nil),
            ("bytes=-0", nil), ("bytes=10-11", nil),
        ] as [(String, Range<Int64>?)]
    )
    func rangesAreResolved(_ header: String, expected: Range<Int64>?) throws {
        let range = try #require(ByteRange(header: header))
        #expect(range.resolve(length: 10) == expected)
        #expect(range.resolve(length: 0) == nil)
    }

    @Test(arguments: [
        "", "bytes=", "bytes=-", "bytes=2-1", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=+1-2", "bytes=1--2", "bytes= 1-2",
    ])
    func otherRangesAreIgnored(_ header: String) {
        #expect(ByteRange(header: header) == nil)
    }

    /// A number may have any number of digits: some clients write the largest that they know for "to the end".
    @Test func rangesOfAnyLengthAreRanges() throws {
        let numbers = [0, 1, 9, 10, 999_999_999_999_999_999, 1_000_000_000_000_000_000, .max - 1, .max] as [Int64]
        let texts =
            numbers.map { (String($0), $0) } + [("9223372036854775808", .max), (String(repeating: "9", count: 300), .max), ("007", 7)]
        for length in [0, 1, 10, .max - 1] as [Int64] {
            for (first, from) in texts {
                let rest = from < length ? from..<length : nil
                #expect(try #require(ByteRange(header: "bytes=\(first)-")).resolve(length: length) == rest, "\(first)-")
                let last = from > 0 && length > 0 ? max(0, length - from)..<length : nil
                #expect(try #require(ByteRange(header: "bytes=-\(first)")).resolve(length: length) == last, "-\(first)")
                for (end, through) in texts where from < through {
                    let range = from < length ? from..<min(length - 1, through) + 1 : nil
                    #expect(try #require(ByteRange(header: "bytes=\(first)-\(end)")).resolve(length: length) == range, "\(first)-\(end)")
                    #expect(ByteRange(header: "bytes=\(end)-\(first)") == nil, "\(end)-\(first)")
                }
            }
        }
        #expect(throws: S3Error.self) { try ByteRange.copySource("bytes=2-9223372036854775807", length: 10) }
        let nines = String(repeating: "9", count: 40)
        #expect(ByteRange(header: "bytes=\(nines)-\(nines)")?.resolve(length: 10) == .some(nil))
        #expect(ByteRange(header: "bytes=\(nines)9-\(nines)") == nil)
    }

    @Test func copyRangesMustLieWithinTheSource() throws {
        #expect(try ByteRange.copySource("bytes=2-9", length: 10) == 2..<10)
        for bad in ["bytes=0-10", "bytes=0-", "bytes=-1", "0-1", ""] {
            #expect(throws: S3Error.self) { try ByteRange.copySource(bad, length: 10) }
        }
        #expect(ByteRange.contentRange(2..<10, of: 20) == "bytes 2-9/20")
    }

    /// Every combination of four conditions, each absent, met or not met, against the order that RFC 9110 gives.
    @Test func conditionsAreEvaluatedInOrder() {
        let tag = EntityTag(value: "aa")
        let modified = Self.now.addingTimeInterval(-100.5)
        let states: [Bool?] = [nil, true, false]
        for match in states {
            for unmodified in states {
                for noneMatch in states {
                    for since in states {
                        var conditions = ObjectConditions()
                        conditions.ifMatch = match.map { $0 ? "\"bb\", \"aa\"" : "\"bb\"" }
                        conditions.ifUnmodifiedSince = unmodified.map { modified.addingTimeInterval($0 ? 0.5 : -10) }
                        conditions.ifNoneMatch = noneMatch.map { $0 ? "bb" : "*" }
                        conditions.ifModifiedSince = since.map { modified.addingTimeInterval($0 ? -10 : 0.5) }
                        let expected: ObjectConditions.Outcome =
                            !(match ?? unmodified ?? true) ? .preconditionFailed : !(noneMatch ?? since ?? true) ? .notModified : .proceed
                        #expect(conditions.evaluate(tag: tag, lastModified: modified) == expected, "\(conditions)")
                    }
                }
            }
        }
    }

    /// Nothing can have changed since a time that is still to come.
    @Test(arguments: ["", "x-amz-copy-source-"])
    func aDateThatIsStillToComeCountsForNothing(prefix: String) {
        let text = "Sun, 22 Nov 2026 12:00:00 GMT"
        for (now, counts) in [(-1.0, false), (0, true), (0.9, true)] {
            let moment = Date(timeIntervalSince1970: 1_795_348_800)
            let conditions = ObjectConditions(prefix: prefix, now: moment + now) { $0 == "\(prefix)if-modified-since" ? text : nil }
            #expect(conditions.ifModifiedSince == (counts ? moment : nil))
            let outcome = conditions.evaluate(tag: EntityTag(value: "aa"), lastModified: moment - 100)
            #expect(outcome == (counts ? .notModified : .proceed))
        }
        let unmodified = ObjectConditions(prefix: prefix, now: Date(timeIntervalSince1970: 0)) {
            $0 == "\(prefix)if-unmodified-since" ? text : nil
        }
        #expect(unmodified.ifUnmodifiedSince != nil)
    }

    @Test func tagsAreConditions() {
        let tag = EntityTag(value: "aa")
        let headers = ["if-none-match": "*", "x-amz-copy-source-if-match": "W/\"aa\"", "x-amz-copy-source-if-modified-since": "never"]
        let absent = ObjectConditions(now: Self.now) { headers[$0] }
        #expect(absent.evaluate(tag: tag, lastModified: Self.now) == .notModified)
        let same = ObjectConditions(prefix: "x-amz-copy-source-", now: Self.now) { headers[$0] }
        #expect(same.ifModifiedSince == nil)
        #expect(same.evaluate(tag: tag, lastModified: Self.now) == .proceed)
        #expect(same.evaluate(tag: EntityTag(value: "bb"), lastModified: Self.now) == .preconditionFailed)
    }

    @Test func datesAreReadInThreeForms() {
        let date = Date(timeIntervalSince1970: 784_111_777)
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            #expect(HTTPDate.parse(text, now: Self.now) == date, "\(text)")
        }
        #expect(
            HTTPDate.parse("Sunday, 06-Nov-26 08:49:37 GMT", now: Self.now)
                == HTTPDate.parse("Fri, 06 Nov 2026 08:49:37 GMT", now: Self.now)
        )
        for text in [
            "", "never", "2026-11-22", "Sun, 06 Nov 1994 08:49:37 CET", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 1994",
            "Sun Nov 31 08:49:37 1994",
        ] {
            #expect(HTTPDate.parse(text, now: Self.now) == nil, "\(text)")
        }
    }

    @Test func copySources() throws {
        let source = try CopySource(header: "/b/a%20b+c%2Fd?x?versionId=v%2B1")
        #expect(source.bucket == "b")
        #expect(source.key == "a b c/d?x")
        #expect(source.versionID == "v+1")
        for header in ["b%2Fk", "%2Fb%2Fk", "/b/k", "b/k"] {
            let source = try CopySource(header: header)
            #expect((source.bucket, source.key) == ("b", "k"))
        }
        #expect(try CopySource(header: "b/k%2Bl").key == "k+l")
        for bad in [
            "", "/", "b", "b/", "/b", "//k", "b/%ff", "arn:aws:s3:us-east-1:1:accesspoint/a/object/k",
            "b/\(String(repeating: "k", count: 1025))",
        ] {
            #expect(throws: S3Error.self) { try CopySource(header: bad) }
        }
    }

    @Test func metadataHasALimit() throws {
        let read = try UserMetadata.read([("X-Amz-Meta-B", "1"), ("x-amz-meta-a", "x"), ("x-amz-meta-b", "2"), ("content-type", "t")])
        #expect(read.map(\.name) == ["a", "b"])
        #expect(read.map(\.value) == ["x", "1,2"])
        #expect(try UserMetadata.read([("x-amz-meta-a", String(repeating: "x", count: 2047))]).count == 1)
        #expect(throws: S3Error.self) { try UserMetadata.read([("x-amz-meta-ab", String(repeating: "x", count: 2047))]) }
    }

    @Test func tagsOfAHeader() throws {
        #expect(
            try S3Tag.read(header: "a=b&c+d=%C3%BC&e") == [
                .init(key: "a", value: "b"), .init(key: "c d", value: "ü"), .init(key: "e", value: ""),
            ]
        )
        let eleven = (0..<11).map { "k\($0)=v" }.joined(separator: "&")
        for bad in ["a=1&a=2", "=x", "aws:x=1", "a=%", "a=\(String(repeating: "x", count: 257))", eleven] {
            #expect(throws: S3Error.self) { try S3Tag.read(header: bad) }
        }
        #expect(try S3Tag.read(header: "%2B-%3D._:/@+%C2%A0=%D9%A5").map(\.key) == ["+-=._:/@ \u{A0}"])
        for bad in ["a%26=1", "a=%2A", "a=%09", "a=%F0%9F%98%80"] {
            let error = #expect(throws: S3Error.self) { try S3Tag.read(header: bad) }
            #expect(error?.code == .invalidTag)
        }
    }

    @Test func keysAreEncodedForLists() {
        #expect(S3KeyEncoding.encode("a b/c+d~*ü_-.(1)") == "a+b/c%2Bd%7E*%C3%BC_-.%281%29")
    }
}
