import Client

/// Images with the copies that were made of them, the instances that were launched from them, and the images that were made of those, as a tree.
///
/// A source that is not among the images stands in it all the same, as one that is gone or another account's.
struct ImageTree {
    /// An id means one image, or instance, in its Region alone.
    private struct Place: Hashable {
        var region: String
        var id: String
    }

    private let images: [(region: String, image: RemoteImage)]
    /// By the image or the instance that they were made of.
    private var copies: [Place: [Int]] = [:]
    private var instances: [Place: [RemoteInstance]] = [:]
    private var roots: [Root] = []

    private enum Root {
        case image(Int)
        case absent(Place)
    }

    /// In the order in which they are given.
    init(_ images: [(region: String, image: RemoteImage)], _ instances: [(region: String, instance: RemoteInstance)]) {
        self.images = images
        let known = Set(images.map { Place(region: $0.region, id: $0.image.id) })
        let launched = Set(instances.map { Place(region: $0.region, id: $0.instance.id) })
        var absent: Set<Place> = []
        func noteAbsent(_ place: Place) { if !known.contains(place), absent.insert(place).inserted { roots.append(.absent(place)) } }
        for (index, (region, image)) in images.enumerated() {
            if let id = image.sourceInstanceID, case let instance = Place(region: region, id: id), launched.contains(instance) {
                copies[instance, default: []].append(index)
                continue
            }
            guard let id = image.sourceImageID else {
                roots.append(.image(index))
                continue
            }
            let source = Place(region: image.sourceRegion ?? region, id: id)
            noteAbsent(source)
            copies[source, default: []].append(index)
        }
        for (region, instance) in instances {
            let place = Place(region: region, id: instance.imageID)
            noteAbsent(place)
            self.instances[place, default: []].append(instance)
        }
    }

    var lines: [String] {
        var lines: [String] = []
        for root in roots {
            switch root {
            case .image(let index): add(index, "", "", to: &lines)
            case .absent(let place):
                lines.append(TerminalText.clean("\(place.id)  not there  \(place.region)"))
                addBranches(of: place, "", to: &lines)
            }
        }
        return lines
    }

    private func add(_ index: Int, _ branch: String, _ indent: String, to lines: inout [String]) {
        let (region, image) = images[index]
        lines.append(branch + TerminalText.clean("\(image.id)  \(image.name)  \(image.state)  \(region)"))
        addBranches(of: Place(region: region, id: image.id), indent, to: &lines)
    }

    private func addBranches(of place: Place, _ indent: String, to lines: inout [String]) {
        // Each hangs under what it was made of, so this ends.
        let (launched, copied) = (instances[place] ?? [], copies[place] ?? [])
        let count = launched.count + copied.count
        func branch(_ number: Int) -> String { indent + (number + 1 == count ? "└─ " : "├─ ") }
        func within(_ number: Int) -> String { indent + (number + 1 == count ? "   " : "│  ") }
        for (number, instance) in launched.enumerated() {
            let address = instance.publicAddress.map { "  \($0)" } ?? ""
            lines.append(branch(number) + TerminalText.clean("\(instance.id)  \(instance.state)\(address)"))
            addBranches(of: Place(region: place.region, id: instance.id), within(number), to: &lines)
        }
        for (number, index) in copied.enumerated() {
            let position = launched.count + number
            add(index, branch(position), within(position), to: &lines)
        }
    }
}
