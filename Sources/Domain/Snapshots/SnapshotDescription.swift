import Foundation

/// The description of a snapshot that a CopyImage makes.
///
/// Clean-up tools parse it with a regular expression, so the text is EC2's to the letter (docs/behaviour/copying-images.md,
/// "The new snapshots").
package enum SnapshotDescription {
    package static func copied(to image: ImageID, from source: ImageID, snapshot: SnapshotID, at date: Date) -> String {
        let milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded())
        return "Copied for DestinationAmi \(image) from SourceAmi \(source) for SourceSnapshot \(snapshot). "
            + "Task created on \(grouped(milliseconds))."
    }

    private static func grouped(_ number: Int64) -> String {
        var text = ""
        for (index, digit) in String(number).reversed().enumerated() {
            if index > 0, index.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
