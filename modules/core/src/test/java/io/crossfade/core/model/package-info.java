/**
 * The protocol as a small model, checked in all its interleavings. Read {@link
 * io.crossfade.core.model.Source} (what a database does to us), then {@link
 * io.crossfade.core.model.Capture} (how its rows come into the raw topic), then {@link
 * io.crossfade.core.model.Apply} (how they come into the target): each method that is one step says
 * why the step is as it is. {@link io.crossfade.core.model.Checker} takes the steps in every order.
 *
 * <p>Where the protocol has a pure class the model calls it, so that it is that class which is
 * checked.
 */
package io.crossfade.core.model;
