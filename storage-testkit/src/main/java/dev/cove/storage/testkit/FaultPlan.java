package dev.cove.storage.testkit;

import dev.cove.storage.InterceptingObjectStore.Action;
import dev.cove.storage.ObjectBody;
import dev.cove.storage.ObjectInfo;
import dev.cove.storage.StorageException;
import dev.cove.storage.StorageException.Kind;
import dev.cove.storage.StoreCall;
import dev.cove.storage.StoreOperation;
import dev.cove.storage.Stored;
import dev.cove.storage.Version;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Says which calls a fault strikes, and plants it; not for use by several threads. */
public final class FaultPlan {
  private final Set<StoreOperation> operations;
  private final Consumer<PlantedFault> garden;
  private @Nullable Predicate<String> keys;
  private int spared;
  private int times = Integer.MAX_VALUE;

  FaultPlan(Set<StoreOperation> operations, Consumer<PlantedFault> garden) {
    this.operations = operations;
    this.garden = garden;
  }

  /** Only calls that name this key, as source or target; for lists, this prefix. */
  public FaultPlan key(String key) {
    return keys(key::equals);
  }

  public FaultPlan keys(Predicate<String> matching) {
    keys = matching;
    return this;
  }

  public FaultPlan once() {
    return times(1);
  }

  public FaultPlan times(int count) {
    times = count;
    return this;
  }

  /** Lets that many matching calls go first. */
  public FaultPlan after(int count) {
    spared = count;
    return this;
  }

  /** Fails; the store is not asked. */
  public PlantedFault fail(Kind kind) {
    return plant(new PlantedFault.Effect() {
      @Override
      public <T> T strike(StoreCall call, Action<T> action) throws StorageException {
        throw planted(kind, call);
      }
    });
  }

  /** Does what was asked, then fails all the same: the acknowledgement is lost. */
  public PlantedFault applyThenFail(Kind kind) {
    return plant(new PlantedFault.Effect() {
      @Override
      public <T> T strike(StoreCall call, Action<T> action) throws StorageException {
        T lost = action.run();
        if (lost instanceof ObjectBody body) {
          body.close();
        }
        throw planted(kind, call);
      }
    });
  }

  /** Asks the store only after that long. */
  public PlantedFault delay(Duration time) {
    return plant(new PlantedFault.Effect() {
      @Override
      public <T> T strike(StoreCall call, Action<T> action) throws StorageException {
        interruptibly(call, () -> Thread.sleep(time.toMillis()));
        return action.run();
      }
    });
  }

  /** Asks the store only when the gate is open. */
  public Gate hang() {
    Gate gate = new Gate();
    plant(new PlantedFault.Effect() {
      @Override
      public <T> T strike(StoreCall call, Action<T> action) throws StorageException {
        interruptibly(call, gate::pass);
        return action.run();
      }
    });
    return gate;
  }

  /** Does what was asked, and answers only when the gate is open. */
  public Gate applyThenHang() {
    Gate gate = new Gate();
    plant(new PlantedFault.Effect() {
      @Override
      public <T> T strike(StoreCall call, Action<T> action) throws StorageException {
        T result = action.run();
        try {
          interruptibly(call, gate::pass);
        } catch (StorageException e) {
          if (result instanceof ObjectBody body) {
            body.close();
          }
          throw e;
        }
        return result;
      }
    });
    return gate;
  }

  /** The body of a get breaks off with {@code UNAVAILABLE} once it has delivered that many bytes. */
  public PlantedFault cutBody(long afterBytes) {
    return plantInBodies(body -> new FaultyBody.Cut(body, afterBytes));
  }

  /** The body of a get delivers that many bytes, and more only when the gate is open. */
  public Gate stallBody(long afterBytes) {
    Gate gate = new Gate();
    plantInBodies(body -> new FaultyBody.Stalled(body, afterBytes, gate));
    return gate;
  }

  /** One bit of the byte at that place of the body is wrong, which no exception tells. */
  public PlantedFault flipBit(long atByte) {
    return plantInBodies(body -> new FaultyBody.BitFlipped(body, atByte));
  }

  /** The answer names another version than the object has. */
  public PlantedFault wrongVersion(Version wrong) {
    return plant(new PlantedFault.Effect() {
      @Override
      @SuppressWarnings("unchecked") // each answer is replaced by one of its own type
      public <T> T strike(StoreCall call, Action<T> action) throws StorageException {
        T answer = action.run();
        if (answer instanceof Stored stored) {
          return (T) new Stored(wrong, stored.versionId());
        } else if (answer instanceof ObjectInfo info) {
          return (T) withVersion(info, wrong);
        } else if (answer instanceof ObjectBody body) {
          return (T) new FaultyBody.Relabelled(body, withVersion(body.info(), wrong));
        }
        throw new IllegalStateException("the answer to " + call + " names no version");
      }
    });
  }

  private PlantedFault plantInBodies(UnaryOperator<ObjectBody> change) {
    return plant(new PlantedFault.Effect() {
      @Override
      @SuppressWarnings("unchecked") // a body is replaced by a body
      public <T> T strike(StoreCall call, Action<T> action) throws StorageException {
        T answer = action.run();
        if (answer instanceof ObjectBody body) {
          return (T) change.apply(body);
        }
        throw new IllegalStateException("the answer to " + call + " has no body");
      }
    });
  }

  private PlantedFault plant(PlantedFault.Effect effect) {
    PlantedFault fault = new PlantedFault(operations, keys, new StrikeCount(spared, times), effect);
    garden.accept(fault);
    return fault;
  }

  static StorageException planted(Kind kind, Object where) {
    return new StorageException(kind, "planted " + kind + " in " + where);
  }

  private static ObjectInfo withVersion(ObjectInfo info, Version version) {
    return new ObjectInfo(
        info.key(),
        info.size(),
        version,
        info.lastModified(),
        info.storageClass(),
        info.archived(),
        info.versionId(),
        info.attributes());
  }

  /** A wait that an interrupt ends. */
  interface Wait {
    void run() throws InterruptedException;
  }

  static void interruptibly(Object where, Wait wait) throws StorageException {
    try {
      wait.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException(Kind.INTERRUPTED, "interrupted in " + where, e);
    }
  }
}
