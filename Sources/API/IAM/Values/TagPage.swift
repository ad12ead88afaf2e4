import Domain
import Services
import Wire

/// A page of tags.
struct TagPage: XMLEncodable {
    let page: Page<Tag>

    func write(to xml: inout XMLWriter) {
        xml.tagList(page.elements)
        xml.pageEnd(page)
    }
}
