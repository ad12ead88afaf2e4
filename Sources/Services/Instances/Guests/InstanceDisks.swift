import Domain
import Machines

/// Where the volumes of an instance are on its bus.
enum InstanceDisks {
    /// The slot that each volume is in when the machine starts: the one that it boots from is in the first, the others are where their names say, as
    /// far as that is free.
    static func slots(of volumes: [Volume], beside disk: InstanceDisk?, of instance: Instance) throws -> [VolumeID: Int] {
        let places = volumes.compactMap { volume in
            volume.attachments.first { $0.instance == instance.id }.map { (id: volume.id, device: $0.device) }
        }
        .sorted { ($0.device, $0.id) < ($1.device, $1.id) }
        guard let root = disk?.id ?? places.first(where: { $0.device == instance.rootDeviceName })?.id else {
            throw MachineError(.description, "The instance has no volume at its root device \(instance.rootDeviceName).")
        }
        var slots = [root: 0]
        var free = Set(1..<MachineDescription.slots)
        var late: [VolumeID] = []
        for place in places where place.id != root {
            if free.remove(slot(of: place.device)) != nil { slots[place.id] = slot(of: place.device) } else { late.append(place.id) }
        }
        for id in late {
            guard let slot = free.min() else {
                throw MachineError(.description, "A machine has room for \(MachineDescription.slots) volumes.")
            }
            free.remove(slot)
            slots[id] = slot
        }
        return slots
    }

    /// The slot that a device's name speaks of: `/dev/sdf`, `xvdf` and `/dev/sdf1` are the sixth. What names none is looked for from the end.
    static func slot(of device: String) -> Int {
        guard let match = device.wholeMatch(of: /(?:\/dev\/)?(?:sd|hd|xvd)([a-z])[0-9]{0,2}/), let letter = match.1.utf8.first else {
            return MachineDescription.slots - 1
        }
        return Int(letter - UInt8(ascii: "a"))
    }
}
