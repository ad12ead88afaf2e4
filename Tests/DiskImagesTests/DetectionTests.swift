import DiskImages
import Testing

@Suite struct DetectionTests {
    @Test func empty() { #expect(DiskFormat.detect(head: [], tail: []) == .raw) }
}
