import Domain
import Services
import Wire

/// An answer that names a key by its id or ARN.
struct KeyName: JSONEncodable {
    let name: String

    func write(to json: inout JSONWriter) { json.member("KeyId", name) }
}

/// A page of a listing: its elements under the name of the listing, and KMS's way to say that there is more.
struct KeyPage<Element: JSONEncodable>: JSONEncodable {
    let name: String
    let page: Page<Element>

    func write(to json: inout JSONWriter) {
        json.list(name, page.elements)
        json.member("NextMarker", page.nextToken)
        json.member("Truncated", page.nextToken != nil)
    }
}

extension Page {
    func map<Other: Sendable>(_ transform: (Element) -> Other) -> Page<Other> {
        Page<Other>(elements: elements.map(transform), nextToken: nextToken)
    }
}
