import Domain
import Foundation
import Services
import Wire

/// What many answers of IAM have.
extension XMLWriter {
    /// A date, to the second.
    mutating func element(_ name: String, date: Date?) { element(name, date.map(Timestamp.wholeSeconds)) }

    /// `<name><member>…</member></name>`
    mutating func members<Items: Sequence>(_ name: String, _ items: Items, _ content: (inout XMLWriter, Items.Element) -> Void) {
        list(name, items, item: "member", content)
    }

    /// Whether there is another page, and what leads to it.
    mutating func pageEnd<Element>(_ page: Page<Element>) {
        element("IsTruncated", page.nextToken != nil)
        element("Marker", page.nextToken)
    }

    /// `Tags`; nothing without any, as in IAM.
    mutating func write(_ tags: [Tag]) {
        guard !tags.isEmpty else { return }
        tagList(tags)
    }

    /// `Tags`, also of none.
    mutating func tagList(_ tags: [Tag]) {
        members("Tags", tags) { xml, tag in
            xml.element("Key", tag.key)
            xml.element("Value", tag.value)
        }
    }
}
