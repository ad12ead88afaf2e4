import Domain
import Testing

@Suite struct BucketNameTests {
    @Test(arguments: [
        "abc", "a-b.c", "1.2.3", "1.2.3.4.5", "a1.2.3.4", "amis-for-123456789012-in-us-east-2-yhjmxvp6", String(repeating: "a", count: 63),
    ])
    func names(text: String) { #expect(BucketName(rawValue: text)?.rawValue == text) }

    @Test(
        arguments: [
            "", "ab", String(repeating: "a", count: 64), "Abc", "a_b", "a b", "-ab", "ab-", ".ab", "ab.", "a..b", "192.168.5.4", "xn--abc",
            "sthree-abc", "abc-s3alias", "abc--ol-s3", "abc.mrap", "abc--x-s3", "äbc", "a/b", "abc\n",
        ]
    )
    func refused(text: String) { #expect(BucketName(rawValue: text) == nil) }
}
