/** From plan to topology to the target: the mapping's rows and the offsets are committed as one. */
package io.crossfade.transform;
