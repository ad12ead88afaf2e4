/// The overview's picture: images in the lanes of their Regions, arrows from source to copy, instances below their image; and the same as rows.
///
/// A pure function of its values: the same images in whatever order give the same bytes.
package struct Picture: Sendable {
    /// The id that the page gives to the table, so that the picture can refer to it.
    package static let tableID = "picture-table"

    /// The picture, to be put into a page as it is; empty without images, where the page says what to do first.
    package let svg: String
    /// What the table beside it says, in the order in which one reads the picture.
    package let rows: [PictureRow]

    /// - Parameters:
    ///   - images: Those to show. The caller cuts what is too much.
    ///   - regions: The order of lanes, the home Region first. Regions without images get no lane; others that have some follow by name.
    ///   - hidden: Sources that exist but are not among the images, such as those that a filter hides. All others that are missing are gone.
    package init(_ images: [PictureImage], regions: [String], hidden: Set<PictureSource> = []) {
        let forest = PictureForest(images, regions: regions)
        let layout = PictureLayout(forest)
        svg = PictureRenderer.render(layout, forest: forest, hidden: hidden)
        let shown = Dictionary(uniqueKeysWithValues: forest.nodes.compactMap { node in node.image.map { (node.place, $0) } })
        rows = layout.places.compactMap { place in
            forest.nodes[place.node].image.map { image in
                PictureRow(image, origin: Self.origin(of: image, shown: shown, hidden: hidden))
            }
        }
    }

    private static func origin(
        of image: PictureImage,
        shown: [PictureSource: PictureImage],
        hidden: Set<PictureSource>
    ) -> PictureRow.Origin {
        guard let source = image.source else { return .none }
        if let there = shown[source] { return .shown(source, name: there.name, href: there.href) }
        return hidden.contains(source) ? .hidden(source) : .gone(source)
    }
}
